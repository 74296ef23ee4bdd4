// SPDX-License-Identifier: MIT
// fauxqs, as others wrote it, with what S3 does and it does not: a notification for each object.
// fauxqs.js DIR
//
// Queues `work`, whose messages go to `dead` when they were received three times, `ordered.fifo`;
// the bucket `reports`. Written to DIR: port, when all is there. Commands come on standard input, a line each,
// and are answered by one:
//   put KEY         an object with one row about the queue KEY, its notification to `work`
//   wrapped KEY     the same, the notification inside an SNS envelope
//   ordered KEY     the same, the notification inside an event of EventBridge, to `ordered.fifo`
//   many FROM TO    objects many/N.csv for each number
//   send TEXT       a message
//   left            messages of `ordered.fifo`
//   count           messages that are ready or delayed, in flight, dead
//   dead            the bodies of the dead ones
'use strict';
const fs = require('fs');
const path = require('path');
const readline = require('readline');
const { startFauxqs } = require(path.join(process.env.PEER_MODULES, 'fauxqs/dist/app.js'));

const dir = process.argv[2];
let server;

async function put(key) {
    const name = key.replace(/^.*\//, '').replace(/\.csv$/, '');
    const body = 'Queue,StartInterval,EndInterval,Contacts handled\n' +
        `${name},2031-03-04T16:00:00.000Z,2031-03-04T16:30:00.000Z,7\n`;
    const answer = await fetch(`${server.address}/reports/${key}`, { method: 'PUT', body });
    return JSON.stringify({ Records: [{ eventVersion: '2.1', eventSource: 'aws:s3',
        awsRegion: 'us-east-1', eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'reports' },
            object: { key, size: body.length, eTag: answer.headers.get('etag').slice(1, -1) } } }] });
}

const commands = {
    put: async (key) => server.sendMessage('work', await put(key)),
    wrapped: async (key) => server.sendMessage('work', JSON.stringify({ Type: 'Notification',
        TopicArn: 'arn:aws:sns:us-east-1:000000000000:reports', Message: await put(key) })),
    ordered: async (key) => {
        const { bucket, object } = JSON.parse(await put(key)).Records[0].s3;
        return server.sendMessage('ordered.fifo', JSON.stringify({ source: 'aws.s3',
            'detail-type': 'Object Created', detail: { bucket, object: { key, size: object.size,
                etag: object.eTag } } }), { messageGroupId: 'all' });
    },
    many: async (range) => {
        const [from, to] = range.split(' ').map(Number);
        for (let i = from; i <= to; i++) await commands.put(`many/${i}.csv`);
    },
    send: async (text) => server.sendMessage('work', text),
    left: async () => {
        const { ready, inflight } = server.inspectQueue('ordered.fifo').messages;
        return String(ready.length + inflight.length);
    },
    count: async () => {
        const { ready, delayed, inflight } = server.inspectQueue('work').messages;
        const dead = server.inspectQueue('dead').messages.ready.length;
        return `${ready.length + delayed.length} ${inflight.length} ${dead}`;
    },
    dead: async () => server.inspectQueue('dead').messages.ready
        .map((message) => message.body ?? message.Body).join(' '),
};

async function main() {
    server = await startFauxqs({ port: 0, logger: false });
    const { queueArn } = server.createQueue('dead');
    server.createQueue('work', { attributes: { RedrivePolicy:
        JSON.stringify({ deadLetterTargetArn: queueArn, maxReceiveCount: '3' }) } });
    server.createQueue('ordered.fifo', { attributes: { FifoQueue: 'true',
        ContentBasedDeduplication: 'true' } });
    server.createBucket('reports');
    fs.writeFileSync(path.join(dir, 'port.new'), String(server.port));
    fs.renameSync(path.join(dir, 'port.new'), path.join(dir, 'port'));
    for await (const line of readline.createInterface({ input: process.stdin })) {
        const at = line.indexOf(' ');
        const name = at < 0 ? line : line.slice(0, at);
        const answer = await commands[name](at < 0 ? '' : line.slice(at + 1));
        console.log(typeof answer === 'string' ? answer : 'done');
    }
    await server.stop();
}
main().catch((error) => {
    console.error(error);
    process.exit(1);
});
