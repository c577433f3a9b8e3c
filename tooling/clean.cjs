// Empties the output folder of the package it is run in, so that no file of an earlier build is shipped.
require('node:fs').rmSync('dist', { recursive: true, force: true });
