import preactPlugin from '@preact/preset-vite';
import { readFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';

// Read as text: only the version is wanted, and the file is ours.
const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/**
 * Lets the bundler leave out schemas that the page does not use: it cannot know that making one has no effect.
 * With them zod would come along, which is a third of the page and tries `new Function`, which the content security policy reports.
 */
function pureSchemas(): Plugin {
  return {
    name: 'pure-schemas',
    enforce: 'pre',
    transform: {
      filter: { id: /[\\/]core-types[\\/](?:src|dist)[\\/]/ },
      handler: (code) => code.replace(/\bz\.\w+\(/g, (call) => `/* @__PURE__ */ ${call}`),
    },
  };
}

export default defineConfig({
  plugins: [preactPlugin(), pureSchemas()],
  resolve: { conditions: ['@cuttle/source', 'module', 'browser', 'development|production'] },
  define: { PAGE_VERSION: JSON.stringify(version) },
  build: {
    target: 'es2023',
    sourcemap: false,
    // The content security policy allows no inlined module, style or picture beyond `data:` of our own.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
