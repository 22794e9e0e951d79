"""The cart of the demo's shop in Python. CART_MODE=memory keeps some bytes for each POST /cart, CART_MODE=files an open
file for every second one. It counts what it really kept, and knows nothing of telemetry."""

import json
import os
import sys
import threading
import time

from flask import Flask, jsonify, request
from werkzeug.serving import WSGIRequestHandler, make_server

MODE = os.environ.get('CART_MODE', 'healthy')
ONSET = time.time() + float(os.environ.get('CART_ONSET_S', '0'))
CARTS_MAX = 400
LINES_MAX = 20
DRAFT_BYTES = 24_576

app = Flask(__name__)
lock = threading.Lock()
carts = {}
kept = []
truth = {'calls': 0, 'items': 0, 'bytes': 0}


@app.post('/cart')
def add():
    body = request.get_json()
    user = body['user']
    with lock:
        lines = carts.pop(user, [])
        if len(carts) >= CARTS_MAX:
            carts.pop(next(iter(carts)))
        carts[user] = (lines + [{'sku': body['sku'], 'quantity': body['quantity']}])[-LINES_MAX:]
        if time.time() >= ONSET:
            leave()
    return jsonify(answer(user))


@app.get('/cart/<user>')
def show(user):
    return jsonify(answer(user))


@app.delete('/cart/<user>')
def remove(user):
    with lock:
        return jsonify({'removed': carts.pop(user, None) is not None})


def answer(user):
    prices = [pieces ** 0.9 for pieces in range(500)]
    lines = carts.get(user, [])
    return {'id': os.urandom(8).hex(), 'lines': lines, 'price': prices[len(lines)]}


def leave():
    if MODE == 'healthy':
        return
    truth.setdefault('firstMs', int(time.time() * 1000))
    truth['calls'] += 1
    if MODE == 'memory':
        draft = bytearray(os.urandom(DRAFT_BYTES))
        kept.append(draft)
        truth['bytes'] += sys.getsizeof(draft)
    elif truth['calls'] % 2 == 0:
        kept.append(open(os.devnull, 'rb'))
    truth['items'] = len(kept)


class Quiet(WSGIRequestHandler):
    def log_request(self, code='-', size='-'):
        pass


def obey():
    for line in sys.stdin:
        if line.strip() == 'truth':
            print(json.dumps({'truth': truth}), flush=True)
    os._exit(0)


server = make_server('127.0.0.1', 0, app, threaded=True, request_handler=Quiet)
print(json.dumps({'port': server.server_port}), flush=True)
threading.Thread(target=obey, daemon=True).start()
server.serve_forever()
