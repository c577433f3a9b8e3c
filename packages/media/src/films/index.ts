export { createFilmTaker, type FilmTakerDeps, type FilmTakerOptions } from './film-taker.ts';
