import { userText } from '@cuttle/core-types';
import { describeProvider } from '../contract/describe-provider.ts';
import { createOffline } from './provider.ts';

describeProvider('offline', () => ({
  provider: createOffline(),
  request: { model: 'offline', messages: [userText('hello')], tools: [] },
}));
