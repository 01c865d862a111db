import { describe, expect, test } from 'vitest';
import { checkCompose } from './index.ts';

describe('valid', () => {
  test.each([
    ['services: {a: {image: x}}', 'the least'],
    ['version: 3.8\nservices:\n  a:\n    image: x\n', 'an old version, written as a number'],
    ['services:\n  a:\n', 'a service that an override fills in'],
    ['name: n\ninclude: [a.yaml, {path: [b, c], env_file: e}]\n', 'only includes'],
    [
      'services: {a: {environment: [A=1], ports: ["80:80", 81, {target: 82, published: "83"}]}}',
      'lists of every form',
    ],
    [
      'services: {a: {environment: {A: 1, B: null, C: true}, volumes: [{type: bind, source: ., target: /a}]}}',
      'maps',
    ],
    ['services: {a: {environment: , volumes: , command: }}', 'keys without value'],
    [
      'services: {a: {privileged: "${P:-false}", deploy: {replicas: "${N}"}}}',
      'variables stand for all scalars',
    ],
    ['services: {a: {x-mine: [1], build: {context: ., x-b: 1}}}\nx-top: {any: thing}', 'extensions'],
    ['services: {a: {ports: !override ["1:1"], healthcheck: !reset null}}', 'tags of an override'],
    [
      'x-c: &c {restart: always}\nservices:\n  a:\n    <<: *c\n    image: x\n  b: {<<: [*c, {image: y}]}\n',
      'merge keys',
    ],
    [
      'services: {a: {gpus: all}, b: {deploy: {resources: {reservations: {devices: [{driver: nvidia, count: all, capabilities: [gpu]}]}}}}}',
      'GPUs',
    ],
    [
      'services: {a: {depends_on: {b: {condition: service_healthy, restart: true}}, b: {}}}'.replace(
        ', b: {}',
        '',
      ),
      'long dependencies',
    ],
    ['services: {a: {develop: {watch: [{path: ., action: sync, target: /a}]}}}', 'watch'],
    [
      'services: {a: {networks: {n: {aliases: [x]}, m: }, ulimits: {nofile: {soft: 1, hard: 2}, memlock: -1}}}',
      'networks and limits',
    ],
    ['networks: {n: {external: true}}\nvolumes: {v: , w: {driver: local}}\nservices: {}', 'declarations'],
  ])('%s: %s', (text) => {
    expect(checkCompose(text)).toEqual([]);
  });
});

describe('not valid', () => {
  test.each([
    [
      'services:\n  a:\n    image: x\n    port: [1]\n',
      4,
      'services.a.port: the Compose specification has no such key here (is ports meant?)',
    ],
    [
      'service:\n  a: {}\n',
      1,
      'service: the Compose specification has no such key here (is services meant?)',
    ],
    ['services:\n  a: x\n', 2, 'services.a must be a map, not "x"'],
    ['services:\n  - a\n', 2, 'services must be a map, not a list'],
    ['services:\n  a:\n    ports: "80:80"\n', 3, 'services.a.ports must be a list, not "80:80"'],
    [
      'services:\n  a:\n    environment: A=1\n',
      3,
      'services.a.environment must be a list or a map, not "A=1"',
    ],
    ['services:\n  a:\n    image: 3\n', 3, 'services.a.image must be text, not the number 3'],
    [
      'services:\n  a:\n    privileged: maybe\n',
      3,
      'services.a.privileged must be true or false, not "maybe"',
    ],
    [
      'services:\n  a:\n    healthcheck:\n      retries: many\n',
      4,
      'services.a.healthcheck.retries must be a number, not "many"',
    ],
    [
      'services:\n  a:\n    volumes:\n      - a:/a\n      - {target: /b}\n',
      5,
      'services.a.volumes[1]: type is missing',
    ],
    [
      'services:\n  a:\n    gpus:\n      - {count: 1, capability: [gpu]}\n',
      4,
      'services.a.gpus[0].capability: the Compose specification has no such key here (is capabilities meant?)',
    ],
    [
      'services:\n  a:\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n',
      7,
      'services.a.deploy.resources.reservations.devices[0]: capabilities is missing',
    ],
    [
      'x-c: &c {restrat: always}\nservices:\n  a: {<<: *c}\n',
      1,
      'services.a.restrat: the Compose specification has no such key here (is restart meant?)',
    ],
    ['services: &s\n  a: *s\n', 2, 'services.a contains itself'],
    ['x-a: &a\n  <<: *a\nservices:\n  b: {<<: *a}\n', 2, 'what is merged here contains itself'],
    ['- a\n', 1, 'the file must be a map, not a list'],
    ['', 1, 'the file is empty'],
    ['services: {a: {image: x}\n', 2, 'and end with a }'],
  ])('%j', (text, line, message) => {
    expect(checkCompose(text)[0]).toMatchObject({ line, message: expect.stringContaining(message) });
  });

  test('every problem is told, in the order of the file', () => {
    const text = 'services:\n  a:\n    imag: x\n    ports: 1\nvolume: {}\n';
    expect(checkCompose(text).map(({ line }) => line)).toEqual([3, 4, 5]);
  });
});
