export { createDocumentScribe, type DocumentScribeOptions } from './documents/document-scribe.ts';
export { createFilmTaker, type FilmTakerDeps, type FilmTakerOptions } from './films/film-taker.ts';
export { type AudioScribeDeps, createAudioScribe } from './scribes/audio-scribe.ts';
export { createFilmScribe } from './scribes/film-scribe.ts';
export { createImageScribe, type ImageScribeDeps } from './scribes/image-scribe.ts';
export { inspectMedia } from './sniff/inspect-media.ts';
