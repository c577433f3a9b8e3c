import { formatProblem, loadConfig } from '@cuttle/config';

const { config, problems, env } = await loadConfig({ file: 'cuttle.json5', env: process.env });
for (const problem of problems) console.warn(formatProblem(problem)); // an unknown key never stops a start
console.log(config.gateway.port, env['ANTHROPIC_API_KEY'] !== undefined); // 18800, and whether there is a key
