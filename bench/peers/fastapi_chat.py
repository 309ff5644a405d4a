"""The FastAPI design: a list of sockets per room, a loop that awaits each send, and one
commit per message on one connection, with SQLite's own journal and synchronous=FULL."""

import collections
import os
import sqlite3
from datetime import datetime, timezone

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()
db = sqlite3.connect(os.environ["CHAT_DB"], check_same_thread=False)
db.execute("pragma synchronous = full")
db.execute("create table messages (id integer primary key, room text, author text, body text, created_at text)")
rooms = collections.defaultdict(list)


@app.websocket("/ws/{room}")
async def chat(socket: WebSocket, room: str):
    await socket.accept()
    rooms[room].append(socket)
    await socket.send_text('<i id="pulse">')
    try:
        while True:
            body = (await socket.receive_json())["text"]
            now = datetime.now(timezone.utc).isoformat()
            db.execute("insert into messages (room, author, body, created_at) values (?, ?, ?, ?)", (room, "ada", body, now))
            db.commit()
            for member in list(rooms[room]):
                await member.send_json({"user": "ada", "text": body, "time": now})
    except WebSocketDisconnect:
        rooms[room].remove(socket)
