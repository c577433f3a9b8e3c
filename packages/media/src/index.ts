export { createDocumentScribe, type DocumentScribeOptions } from './documents/document-scribe.ts';
export type { OpenCall } from './scribes/ask-model.ts';
export { type AudioScribeDeps, createAudioScribe } from './scribes/audio-scribe.ts';
export { createFilmScribe } from './scribes/film-scribe.ts';
export { createImageScribe, type ImageScribeDeps } from './scribes/image-scribe.ts';
export { inspectMedia } from './sniff/inspect-media.ts';
