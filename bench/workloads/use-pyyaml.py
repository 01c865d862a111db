import yaml
print(yaml.load("a: [1, 2]", yaml.CSafeLoader), yaml.safe_dump({"b": 1}))
