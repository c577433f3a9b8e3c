import preactPlugin from '@preact/preset-vite';
import { readFileSync } from 'node:fs';
import { defineConfig } from 'vite';

// Read as text: only the version is wanted, and the file is ours.
const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as {
  version: string;
};

export default defineConfig({
  plugins: [preactPlugin()],
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
