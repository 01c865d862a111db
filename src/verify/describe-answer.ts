import type { Answer } from './send-probes.ts';

/** What kind of answer it is: two of the same kind are compared, two of different kinds are a break. */
export function answerKind(answer: Answer): string {
  return answer.kind === 'no-answer' ? answer.kind : describeAnswer(answer);
}

/** Status and type, or why there is no answer: `200 application/json`. */
export function describeAnswer(answer: Answer): string {
  if (answer.kind === 'no-answer') return `no answer (${answer.reason})`;
  return `${answer.status}${answer.contentType ? ` ${answer.contentType}` : ''}`;
}

/** Longer than most errors, shorter than a page. */
const quotedCharacters = 300;

/** An answer with the beginning of what it says, where that is text: `500 application/json: {"detail":"…"}`. */
export function quoteAnswer(answer: Answer): string {
  const kind = describeAnswer(answer);
  if (answer.kind === 'no-answer' || !/^text\/|json|xml/.test(answer.contentType)) return kind;
  const text = new TextDecoder().decode(answer.body).replace(/\s+/g, ' ').trim();
  if (text === '') return kind;
  return `${kind}: ${text.length > quotedCharacters ? `${text.slice(0, quotedCharacters)}…` : text}`;
}

/** The status of the first response; undefined where no answer came. */
export function statusOf(answers: readonly Answer[]): number | undefined {
  return answers.find((one) => one.kind === 'response')?.status;
}

/** The median time of the responses; undefined where no answer came. */
export function medianSeconds(answers: readonly Answer[]): number | undefined {
  const seconds = answers
    .flatMap((one) => (one.kind === 'response' ? [one.seconds] : []))
    .sort((a, b) => a - b);
  const middle = Math.floor(seconds.length / 2);
  const upper = seconds[middle];
  if (upper === undefined) return undefined;
  return seconds.length % 2 === 1 ? upper : (upper + (seconds[middle - 1] ?? upper)) / 2;
}
