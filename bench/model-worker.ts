import { parentPort, workerData } from 'node:worker_threads';
import { echoScript } from '@cuttle/testkit';
import { openOpenaiServer } from '@cuttle/testkit/openai';

const { tokens } = workerData as { tokens: number }; // given by startModel
const server = await openOpenaiServer({ script: echoScript({ tokens }), apiKeys: ['test-key'] });
parentPort?.postMessage(server.url);
