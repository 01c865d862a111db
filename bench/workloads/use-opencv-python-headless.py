import cv2
import numpy as np
image = np.zeros((64, 64, 3), np.uint8)
cv2.circle(image, (32, 32), 10, (0, 255, 0), -1)
ok, coded = cv2.imencode(".jpg", image)
found, _ = cv2.findContours(cv2.cvtColor(cv2.imdecode(coded, 1), cv2.COLOR_BGR2GRAY), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
print(ok, len(found) >= 1, cv2.resize(image, (8, 8)).shape)
