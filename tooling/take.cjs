// node take.cjs FROM TO: takes the built files of another app into this one's output, without what only compilers and debuggers read.
const { cpSync } = require('node:fs');

const [from, to] = process.argv.slice(2);
cpSync(from, to, { recursive: true, filter: (path) => !/\.(d\.ts|map)$/.test(path) });
