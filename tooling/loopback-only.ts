// Loaded before each test file: a test that reaches past this machine fails, whoever calls fetch.
const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/;
const { fetch } = globalThis;

const fetchFromHere: typeof fetch = async (input, init) => {
  const { hostname } = new URL(input instanceof Request ? input.url : input);
  if (!loopback.test(hostname))
    throw new Error(`Tests talk to this machine only, and this one asked for ${hostname}.`);
  return fetch(input, init);
};

// Files share a process: only the first one finds the fetch of Node.
if (fetch.name !== fetchFromHere.name) globalThis.fetch = fetchFromHere;
