from rapidfuzz import fuzz, process
print(round(fuzz.ratio("lean", "clean")), process.extractOne("leen", ["lean", "fat"])[0])
