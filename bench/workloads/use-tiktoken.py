import tiktoken
encoding = tiktoken.Encoding("tiny", pat_str=r"\w+|\s+", mergeable_ranks={bytes([i]): i for i in range(256)}, special_tokens={})
print(encoding.decode(encoding.encode("lean image")))
