#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The runtime interface of AWS Lambda for one function: runtime.py FOLDER

FOLDER/port is written once it listens, FOLDER/waiting when the function waits. FOLDER/events/ID is
an event, given out when it appears; FOLDER/deadlines/ID, if it is there, its end in milliseconds
from then on (60000). What the function answers becomes FOLDER/answers/ID.response, ID.error or
init.error; the header that tells an error's type stands before it.
"""
import http.server
import os
import re
import select
import sys
import time

folder = sys.argv[1]
base = '/2018-06-01/runtime/'
given = set()


def read(path, otherwise):
    if not os.path.exists(path):
        return otherwise
    with open(path, 'rb') as f:
        return f.read()


def put(name, content):
    path = os.path.join(folder, name)
    with open(path + '.part', 'wb') as f:
        f.write(content)
    os.rename(path + '.part', path)


class Runtime(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *args):
        pass

    def answer(self, status, body=b'{"status":"OK"}', headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path != base + 'invocation/next':
            self.answer(404, b'{}')
            return
        events = os.path.join(folder, 'events')
        new = sorted(set(os.listdir(events)) - given)
        while not new:
            put('waiting', b'')
            # A function that has ended takes no event.
            if select.select([self.connection], [], [], 0.005)[0]:
                self.close_connection = True
                return
            new = sorted(set(os.listdir(events)) - given)
        given.add(new[0])
        left = int(read(os.path.join(folder, 'deadlines', new[0]), b'60000'))
        self.answer(200, read(os.path.join(events, new[0]), b''), (
            ('Content-Type', 'application/json'),
            ('Lambda-Runtime-Aws-Request-Id', new[0]),
            ('Lambda-Runtime-Deadline-Ms', str(int(time.time() * 1000) + left)),
            ('Lambda-Runtime-Invoked-Function-Arn', 'arn:aws:lambda:us-east-1:1:function:acload')))

    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        kind = self.headers.get('Lambda-Runtime-Function-Error-Type')
        if kind:
            body = kind.encode() + b'\n' + body
        match = re.fullmatch(base + r'invocation/([^/]+)/(response|error)', self.path)
        if match and match[1] in given:
            put('answers/%s.%s' % (match[1], match[2]), body)
            self.answer(202)
        elif self.path == base + 'init/error':
            put('answers/init.error', body)
            self.answer(202)
        else:
            self.answer(400, b'{"errorType":"InvalidRequestID","errorMessage":"no such event"}')


for name in ('events', 'deadlines', 'answers'):
    os.makedirs(os.path.join(folder, name), exist_ok=True)
server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Runtime)
server.daemon_threads = True
put('port', str(server.server_address[1]).encode())
server.serve_forever()
