import cv2
import numpy as np
from flask import Flask, jsonify

app = Flask(__name__)


def picture(size: int) -> np.ndarray:
    image = np.zeros((size, size), dtype=np.uint8)
    cv2.circle(image, (size // 2, size // 2), size // 4, 255, -1)
    return image


@app.get("/health")
def health():
    return jsonify(status="ok", opencv=cv2.__version__)


@app.get("/edges/<int:size>")
def edges(size: int):
    found = cv2.Canny(picture(min(size, 512)), 50, 150)
    return jsonify(size=size, edges=int(np.count_nonzero(found)))


@app.get("/png")
def png():
    ok, coded = cv2.imencode(".png", picture(64))
    return jsonify(ok=bool(ok), bytes=len(coded))


if __name__ == "__main__":
    # on a laptop: see what the service sees
    cv2.imshow("edges", cv2.Canny(picture(256), 50, 150))
    cv2.waitKey(0)
