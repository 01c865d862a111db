// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the tables hold references of Dockerfiles
import { describe, expect, test } from 'vitest';
import { UserError } from '../../base/index.ts';
import { expandWord } from '../index.ts';

const env = { A: 'one', E: '', V: '3.12.1', P: '/usr/local/lib', S: 'a b', U: 'ünï' };

describe('expansion', () => {
  test.each([
    ['x$A', 'xone', 'name'],
    ['${A}x', 'onex', 'braces'],
    ['$A$V', 'one3.12.1', 'two'],
    ['$Ax', '', 'the name is as long as it can be'],
    ['$', '$', 'a lone dollar'],
    ['$.', '$.', 'no name'],
    ['$A.x', 'one.x', 'a dot ends the name'],
    ['${NO}', '', 'unset is empty'],
    ['${NO:-d}', 'd', 'default'],
    ['${NO-d}', 'd', 'default without a colon'],
    ['${E:-d}', 'd', 'empty counts with a colon'],
    ['${E-d}', '', 'and does not without'],
    ['${A:-d}', 'one', 'set'],
    ['${A:+x}', 'x', 'alternative'],
    ['${E:+x}', '', 'not for an empty one'],
    ['${E+x}', 'x', 'but without a colon'],
    ['${NO+x}', '', 'nor for an unset one'],
    ['${NO:-$A}', 'one', 'default with a variable'],
    ['${NO:-${E:-"q r"}}', 'q r', 'nested, with quotes'],
    ['${A:?m}', 'one', 'required and there'],
    ['${V#*.}', '12.1', 'shortest prefix'],
    ['${V##*.}', '1', 'longest prefix'],
    ['${V%.*}', '3.12', 'shortest suffix'],
    ['${V%%.*}', '3', 'longest suffix'],
    ['${V#x}', '3.12.1', 'no such prefix'],
    ['${V#?.}', '12.1', 'any character'],
    ['${U%?}', 'ün', 'a character beyond ASCII'],
    ['${P/l/L}', '/usr/Local/lib', 'first replaced'],
    ['${P//l/L}', '/usr/LocaL/Lib', 'all replaced'],
    ['${P//\\//_}', '_usr_local_lib', 'escaped slash'],
    ['${V/.*/x}', '3x', 'longest match'],
    ["${V/./'$0'}", '3$012.1', 'the replacement is plain text'],
    ['${V//./$&}', '3$&12$&1', 'so it is for all'],
    ["${V//./<'$0'>}", '3<.>12<.>1', 'but for a reference to the match'],
    ["${V//./'$x${1}$$'}", '3$12$1', 'or to a group, of which there is none'],
    ['${A//*/x}', 'x', 'nothing behind a match is no match'],
    ['${A//?/x}', 'xxx', 'every character'],
    ["'$A'", '$A', 'single quotes keep'],
    ['"$A \'x\'"', "one 'x'", 'double quotes expand'],
    ['\\$A', '$A', 'escaped dollar'],
    ['"\\$A"', '$A', 'in double quotes too'],
    ['"\\a"', '\\a', 'there, other escapes stay'],
    ['\\a', 'a', 'outside they go'],
    ['x\\', 'x', 'a last escape goes'],
    ['`x`', '`x`', 'backticks are text'],
    ['$1x', 'x', 'digits are names'],
    ['a<<b', 'a<<b', 'no redirection'],
    ['\uFEFFa\uFEFF', 'a\uFEFF', 'a byte-order mark that comes first is skipped'],
  ])('%s is %j: %s', (word, text) => {
    expect(expandWord(word, env).text).toBe(text);
  });

  test('with a backtick as escape, a backslash is text', () => {
    expect(expandWord('c:\\$A `$A "`$A"', env, { escape: '`' }).text).toBe('c:\\one $A $A');
  });

  test('unset names are told once each, in order, also those with a default', () => {
    expect(expandWord('$X ${Y:-1} $X $A ${Z+2}', env).unset).toEqual(['X', 'Y', 'Z']);
  });

  test('a name of Object.prototype is unset', () => {
    expect(expandWord('$constructor', {}).unset).toEqual(['constructor']);
  });

  test.each([
    ['$S "$S"  c\\ d ""', ['a', 'b', 'a b', 'c d'], 'at unquoted white space'],
    ['x$S', ['xa', 'b'], 'what is expanded joins what stands before it'],
    ['x${NO:-$S}y', ['a', 'by'], 'which an operand makes the lexer forget'],
  ])('%s are the words %j: %s', (word, words) => {
    expect(expandWord(word, env).words).toEqual(words);
  });

  test.each([
    ['/opt:$PATH', '/opt:$PATH', 'name'],
    ['/opt:${PATH}', '/opt:${PATH}', 'braces'],
    ['${X%/}', '${X%/}', 'suffix'],
    ['${X/a/b}', '${X/a/b}', 'replacement'],
    ['${X:?m}', '${X:?m}', 'required'],
    ['${X:-$A}', 'one', 'a default is taken'],
    ['a${X:+:$X}', 'a', 'an alternative is not'],
  ])('unset kept, %s is %s: %s', (word, text) => {
    expect(expandWord(word, env, { unset: 'keep' }).text).toBe(text);
  });

  test.each([
    ['${A', "missing '}'"],
    ['${', "missing '}'"],
    ['${}', 'bad substitution'],
    ['${:x}', 'bad substitution'],
    ['${A:x}', 'unsupported modifier (:x)'],
    ['${A:#x}', 'unsupported modifier (:#)'],
    ['${A:%x}', 'unsupported modifier (:%)'],
    ["${A-'", "missing '}'"],
    ['${A!x}', 'unsupported modifier (!)'],
    ['${A/x}', "missing '/' in ${}"],
    ['${A/x/y', "missing '}'"],
    ['${V#\\x}', "invalid escape '\\x'"],
    ["'x", 'matching single-quote'],
    ['"x', 'matching double-quote'],
    ['${NO:?give me NO}', 'NO: give me NO'],
    ['${E:?}', 'E: is not allowed to be empty'],
    ['${NO?}', 'NO: is not allowed to be unset'],
  ])('%s is refused: %s', (word, message) => {
    expect(() => expandWord(word, env)).toThrow(UserError);
    expect(() => expandWord(word, env)).toThrow(message);
  });
});
