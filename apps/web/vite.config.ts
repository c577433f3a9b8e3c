import preactPlugin from '@preact/preset-vite';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [preactPlugin()],
  resolve: { conditions: ['@cuttle/source', 'module', 'browser', 'development|production'] },
  build: { target: 'es2023' },
});
