// SPDX-License-Identifier: MIT
// kinesalite, as others wrote it, behind a proxy that writes down and sometimes refuses:
// kinesalite.js DIR
//
// A line "ACTION BODY" on standard input is a request, whose answer is the line printed. Written to
// DIR: port (when all is there), log (a line a request that came through the proxy: the time in ms,
// the action). While DIR/refuse holds "ACTION CODE TIMES", so many requests get that error.
'use strict';
const fs = require('fs');
const http = require('http');
const path = require('path');
const readline = require('readline');
const kinesalite = require(path.join(process.env.PEER_MODULES, 'kinesalite'));

const dir = process.argv[2];
const times = { left: 0 };

function refusal(action) {
    const file = path.join(dir, 'refuse');
    if (!fs.existsSync(file)) return null;
    const line = fs.readFileSync(file, 'utf8').trim(), [of, code, n] = line.split(' ');
    if (of !== action) return null;
    if (times.of !== line) Object.assign(times, { of: line, left: Number(n) });
    return times.left-- > 0 ? code : null;
}

function ask(port, headers, body, done) {
    const req = http.request({ port, host: '127.0.0.1', method: 'POST', headers }, (answer) => {
        const parts = [];
        answer.on('data', (part) => parts.push(part));
        answer.on('end', () => done(answer.statusCode, Buffer.concat(parts)));
    });
    req.on('error', (e) => done(500, Buffer.from(JSON.stringify({ __type: String(e) }))));
    req.end(body);
}

function proxy(port) {
    return http.createServer((req, res) => {
        const action = (req.headers['x-amz-target'] || '').split('.')[1];
        const parts = [];
        req.on('data', (part) => parts.push(part));
        req.on('end', () => {
            fs.appendFileSync(path.join(dir, 'log'), `${Date.now()} ${action}\n`);
            const code = refusal(action);
            if (code) {
                res.writeHead(400, { 'Content-Type': 'application/x-amz-json-1.1' });
                return res.end(JSON.stringify({ __type: code, message: 'refused by the test' }));
            }
            ask(port, req.headers, Buffer.concat(parts), (status, body) => {
                res.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1' });
                res.end(body);
            });
        });
    });
}

// It looks whether a request is signed, not how.
function command(port, line, done) {
    const [action, body] = [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)];
    ask(port, { 'Content-Type': 'application/x-amz-json-1.1', 'Content-Length':
        Buffer.byteLength(body), 'X-Amz-Target': `Kinesis_20131202.${action}`, 'X-Amz-Date':
        '20310304T160000Z', Authorization: 'AWS4-HMAC-SHA256 Credential=a/20310304/eu-central-1/' +
        'kinesis/aws4_request, SignedHeaders=host, Signature=b' }, body,
    (status, answer) => done(answer.toString().replace(/\n/g, ' ') || '{}'));
}

const server = kinesalite({ createStreamMs: 0, updateStreamMs: 0, shardLimit: 100 });
server.listen(0, '127.0.0.1', () => {
    const port = server.address().port, front = proxy(port);
    front.listen(0, '127.0.0.1', () =>
        fs.writeFileSync(path.join(dir, 'port'), String(front.address().port)));
    const lines = readline.createInterface({ input: process.stdin });
    let last = Promise.resolve();
    lines.on('line', (line) => {
        last = last.then(() => new Promise((next) => command(port, line, (answer) => {
            console.log(answer);
            next();
        })));
    });
    lines.on('close', () => last.then(() => process.exit(0)));
});
