import { availableParallelism } from 'node:os';

/**
 * How many blocks are packed at a time, of all that is compressed together: on libuv's threads, which are four where nothing else was said when the
 * process started (`UV_THREADPOOL_SIZE`). More than eight only take memory: one thread reads, sums up and sends for all of them.
 */
export const mostCompressionThreads: number = Math.min(availableParallelism(), 8);
