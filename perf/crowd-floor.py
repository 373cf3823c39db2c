"""A play at the least: the lines of its steps, made before, one step after the other; each waits until the one before is durable.

Arguments: the socket, and how many steps. Prints the microseconds of processor time of one step.
"""

import socket
import sys
import time

path, steps = sys.argv[1], int(sys.argv[2])
LINES = (
    '{"event":"step_output","seq":%d,"step_key":"0123456789abcdef0123456789abcdef01234567","span_id":"0123456789abcdef",'
    '"name":"tiny","output":"1234","within":"0123456789abcdef0123456789abcdef01234567"}\n'
    '{"event":"span_end","seq":%d,"span_id":"0123456789abcdef","status":"ok","at_ms":1790000000000,"output":"1234"}\n'
    '{"event":"span_start","seq":%d,"span_id":"0123456789abcdef","parent_id":"0123456789abcdef","name":"tiny","kind":"step",'
    '"at_ms":1790000000000,"attempt":1,"input":"{\\"i\\":1234}","source_file":"flow.py","source_line":6}\n'
)
lines = [(LINES % (seq, seq + 1, seq + 2)).encode() for seq in range(1, 3 * steps, 3)]
with socket.socket(socket.AF_UNIX) as play:
    play.connect(path)
    play.recv(65536)  # all are ready
    began = time.process_time()
    for step in lines:
        play.send(step)
        play.recv(65536)
    print((time.process_time() - began) * 1e6 / steps)
