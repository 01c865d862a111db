export type { Healthcheck, HistoryEntry, Image, ImageConfig, Layer, Platform } from './image.ts';
