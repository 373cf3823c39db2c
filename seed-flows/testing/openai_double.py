#!/usr/bin/env python3
"""A local HTTP server that speaks the chat protocol of OpenAI, for tests. It answers by rules, and fails by rules.

A rule is a dict: `when` (a text that the messages must contain; default: any), `times` (how often it holds; default: always), and
either `text` (the reply of the model) or `fault`: silent, 429, 500, 401, 400, redirect, malformed, no_choices, cut. `retry_after`
adds that header. The first rule that fits answers. The words of messages and reply are the tokens.

    python3 openai_double.py RULES.json     serves until stdin ends; prints its port on the first line
"""

from __future__ import annotations

import http.server
import json
import sys
import threading
from typing import Any

Rule = dict[str, Any]
_STATUS = {"400": 400, "401": 401, "429": 429, "500": 500}


class OpenAiDouble:
    """Serves on a free port of loopback from `start` to `stop`. `requests` holds what came: headers and body."""

    def __init__(self, rules: list[Rule]) -> None:
        self.rules = [dict(rule) for rule in rules]
        self.requests: list[dict[str, Any]] = []
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def start(self) -> OpenAiDouble:
        self._thread.start()
        return self

    def stop(self) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def rule_for(self, request: dict[str, Any]) -> Rule:
        with self._lock:
            self.requests.append(request)
            said = json.dumps(request["body"].get("messages"), ensure_ascii=False)
            for rule in self.rules:
                if rule.get("when", "") in said and rule.get("times", 1) > 0:
                    if "times" in rule:
                        rule["times"] -= 1
                    return rule
        return {"fault": "400", "message": "no rule of this test fits"}


def _handler(double: OpenAiDouble) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            rule = double.rule_for({"path": self.path, "headers": dict(self.headers), "body": body})
            fault = rule.get("fault")
            if fault == "silent":
                double.stopping.wait()
            elif fault == "redirect":
                self._send(307, b"", {"Location": "http://127.0.0.1:9/elsewhere"})
            elif fault in _STATUS:
                error = {"error": {"message": rule.get("message", f"fault {fault}"), "code": rule.get("code")}}
                self._send(_STATUS[fault], json.dumps(error).encode(), _retry_after(rule))
            elif fault == "malformed":
                self._send(200, b'{"choices": [{"message": {"content": "half a rep')
            elif fault == "no_choices":
                self._send(200, b'{"choices": []}')
            elif body.get("stream"):
                self._stream(rule, body)
            else:
                self._reply(rule, body)

        def _reply(self, rule: Rule, body: dict[str, Any]) -> None:
            text = rule.get("text", "a reply that is cut in the middle")
            message = {"role": "assistant", "content": text}
            reply = {
                "id": "chatcmpl-1",
                "object": "chat.completion",
                "model": body["model"],
                "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                "usage": _usage(body, text),
            }
            data = json.dumps(reply).encode()
            if rule.get("fault") != "cut":
                self._send(200, data)
                return
            self._head(200, {"Content-Length": str(len(data))})
            self.wfile.write(data[: len(data) // 2])
            self.close_connection = True

        def _stream(self, rule: Rule, body: dict[str, Any]) -> None:
            text = rule.get("text", "a reply that is cut in the middle")
            self._head(200, {"Content-Type": "text/event-stream", "Connection": "close"})
            self.close_connection = True
            pieces = [text[i : i + 7] for i in range(0, len(text), 7)]
            if rule.get("fault") == "cut":
                pieces = pieces[: len(pieces) // 2]
            for piece in pieces:
                self._event({"model": body["model"], "choices": [{"index": 0, "delta": {"content": piece}}]})
            if rule.get("fault") == "cut":
                return
            self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
            if (body.get("stream_options") or {}).get("include_usage"):
                self._event({"model": body["model"], "choices": [], "usage": _usage(body, text)})
            self.wfile.write(b"data: [DONE]\n\n")

        def _event(self, event: dict[str, Any]) -> None:
            self.wfile.write(b"data: " + json.dumps(event).encode() + b"\n\n")
            self.wfile.flush()

        def _send(self, status: int, data: bytes, headers: dict[str, str] | None = None) -> None:
            self._head(status, {"Content-Type": "application/json", "Content-Length": str(len(data)), **(headers or {})})
            self.wfile.write(data)

        def _head(self, status: int, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


def _usage(body: dict[str, Any], text: str) -> dict[str, int]:
    prompt = sum(len(str(message["content"]).split()) for message in body["messages"])
    return {"prompt_tokens": prompt, "completion_tokens": len(text.split())}


def _retry_after(rule: Rule) -> dict[str, str]:
    return {"Retry-After": str(rule["retry_after"])} if "retry_after" in rule else {}


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        server = OpenAiDouble(json.load(file)).start()
    print(server.port, flush=True)
    sys.stdin.read()
    server.stop()
