// SPDX-License-Identifier: MIT
// s3rver, as others wrote it, behind a proxy that checks, writes down and sometimes cuts:
// s3rver.js DIR
//
// s3rver checks whose key it is, but not what was signed (its version 4 is "unimplemented"): so the
// proxy signs each request once more, with aws4fetch, and refuses what differs. Written to DIR: port
// (when all is there), log (a line a request: method, path with query, range). While DIR/cut holds
// "PATH BYTES TIMES", answers to GETs of that path end after so many bytes, so many times.
'use strict';
const fs = require('fs');
const http = require('http');
const path = require('path');
const modules = process.env.PEER_MODULES;
const S3rver = require(path.join(modules, 's3rver'));
const { AwsClient, AwsV4Signer } = require(path.join(modules, 'aws4fetch'));

const dir = process.argv[2];
const times = { left: 0 };

const header = 'Queue,StartInterval,EndInterval,Contacts handled\n';
const row = (name) => `${name},2031-03-04T16:00:00.000Z,2031-03-04T16:30:00.000Z,7\n`;

function cutOf(url) {
    const file = path.join(dir, 'cut');
    if (!fs.existsSync(file)) return Infinity;
    const [target, bytes, n] = fs.readFileSync(file, 'utf8').trim().split(' ');
    if (!url.startsWith(target)) return Infinity;
    if (times.of !== `${target} ${n}`) Object.assign(times, { of: `${target} ${n}`, left: Number(n) });
    return times.left-- > 0 ? Number(bytes) : Infinity;
}

// Is the signature the one that somebody else would have made?
async function isSigned(req) {
    const match = /Credential=S3RVER\/\d+\/([\w-]+)\/s3\/aws4_request, SignedHeaders=([^,]+), /
        .exec(req.headers.authorization || '');
    if (!match) return true; // for s3rver to refuse
    const headers = {};
    for (const name of match[2].split(';')) headers[name] = req.headers[name] || '';
    const signer = new AwsV4Signer({ method: req.method, headers, allHeaders: true, service: 's3',
        url: `http://${req.headers.host}${req.url}`, accessKeyId: 'S3RVER',
        secretAccessKey: 'S3RVER', region: match[1], datetime: req.headers['x-amz-date'] });
    return await signer.authHeader() === req.headers.authorization;
}

function refuse(res) {
    res.writeHead(403, { 'Content-Type': 'application/xml' });
    res.end('<Error><Code>SignatureDoesNotMatch</Code><Message>another one was expected</Message>' +
        '</Error>');
}

// The host stays as the client signed it.
function proxy(port) {
    return http.createServer(async (req, res) => {
        if (!await isSigned(req)) return refuse(res);
        const cut = req.method === 'GET' ? cutOf(req.url) : Infinity;
        fs.appendFileSync(path.join(dir, 'log'),
            `${req.method} ${req.url} ${req.headers.range || ''}\n`);
        const up = http.request({ port, host: '127.0.0.1', method: req.method, path: req.url,
            headers: req.headers }, (answer) => {
            let n = 0;
            res.writeHead(answer.statusCode, answer.headers);
            answer.on('data', (chunk) => {
                n += chunk.length;
                if (n < cut) return void res.write(chunk);
                res.write(chunk.subarray(0, chunk.length - (n - cut)), () => res.destroy());
                answer.destroy();
            });
            answer.on('end', () => res.end());
        });
        up.on('error', () => res.destroy());
        req.pipe(up);
    });
}

async function fill(port) {
    const client = new AwsClient({ accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER',
        service: 's3', region: 'us-east-1' });
    const put = async (key, body) => {
        const name = key.split('/').map(encodeURIComponent).join('/')
            .replace(/[!'()*]/g, (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase());
        const reply = await client.fetch(`http://127.0.0.1:${port}/reports/${name}`,
            { method: 'PUT', body });
        if (!reply.ok) throw new Error(`${key}: ${reply.status} ${await reply.text()}`);
    };
    const odd = fs.readFileSync(path.join(dir, 'keys'), 'utf8').trim().split('\n');
    for (const [i, key] of odd.entries()) await put(key, header + row(`odd ${i}`));
    for (let i = 0; i < 1010; i++)
        await put(`many/${String(i).padStart(5, '0')}.csv`, header + row(`many ${i}`));
    let big = header;
    for (let i = 0; i < 60000; i++) big += row(`big ${i}`);
    await put('big.csv', big);
    await put('empty/empty.csv', '');
    await put('empty/folder/', '');
    await put('zip/reports.zip', fs.readFileSync(path.join(dir, 'reports.zip')));
}

// PUT KEY FILE on standard input, one a line; answered by a line.
function serve(port) {
    const client = new AwsClient({ accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER',
        service: 's3', region: 'us-east-1' });
    require('readline').createInterface({ input: process.stdin }).on('line', async (line) => {
        const [key, file] = line.split('\t');
        const name = key.split('/').map(encodeURIComponent).join('/');
        const reply = await client.fetch(`http://127.0.0.1:${port}/reports/${name}`,
            { method: 'PUT', body: fs.readFileSync(file) });
        console.log(reply.status);
    });
}

async function main() {
    const server = new S3rver({ port: 0, address: '127.0.0.1', silent: true,
        directory: path.join(dir, 'store'), vhostBuckets: false,
        configureBuckets: [{ name: 'reports' }] });
    const { port } = await server.run();
    await fill(port);
    const front = proxy(port);
    await new Promise((resolve) => front.listen(0, '127.0.0.1', resolve));
    serve(port);
    fs.writeFileSync(path.join(dir, 'port.new'), String(front.address().port));
    fs.renameSync(path.join(dir, 'port.new'), path.join(dir, 'port'));
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});
