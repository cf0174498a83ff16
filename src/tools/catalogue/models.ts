// Owns the servers of models, and the pages of notebooks and data apps.

import type { Tool } from '../tool.ts';

const PORT_FLAG = ['--port', '{port}'];

export const MODELS: readonly Tool[] = [
  {
    id: 'ollama',
    name: 'Ollama',
    commands: ['ollama serve', 'ollama start'],
    serviceType: 'ai',
    defaultPort: 11_434,
    told: { variables: { OLLAMA_HOST: '127.0.0.1:{port}' } },
  },
  {
    id: 'llama.cpp',
    name: 'llama.cpp',
    commands: ['llama-server'],
    serviceType: 'ai',
    defaultPort: 8080,
    told: { add: PORT_FLAG, options: ['--port'], isLastWinning: true },
  },
  {
    id: 'vllm',
    name: 'vLLM',
    commands: ['vllm serve'],
    serviceType: 'ai',
    defaultPort: 8000,
    told: { add: PORT_FLAG, options: ['--port'], isLastWinning: true },
  },
  {
    id: 'jupyter',
    name: 'Jupyter',
    commands: ['jupyter lab', 'jupyter notebook', 'jupyter server', 'jupyter-lab', 'jupyter-notebook'],
    serviceType: 'ui',
    defaultPort: 8888,
    told: { add: PORT_FLAG, options: ['--port'] },
  },
  {
    id: 'streamlit',
    name: 'Streamlit',
    commands: ['streamlit run'],
    serviceType: 'ui',
    defaultPort: 8501,
    told: { add: ['--server.port', '{port}'], options: ['--server.port'], isLastWinning: true },
  },
  {
    id: 'gradio',
    name: 'Gradio',
    commands: ['gradio'],
    serviceType: 'ui',
    defaultPort: 7860,
    told: { variables: { GRADIO_SERVER_PORT: '{port}' } },
  },
  {
    id: 'tensorboard',
    name: 'TensorBoard',
    commands: ['tensorboard'],
    serviceType: 'ui',
    defaultPort: 6006,
    told: { add: PORT_FLAG, options: ['--port'], isLastWinning: true },
  },
  {
    id: 'browser-sync',
    name: 'BrowserSync',
    commands: ['browser-sync start'],
    serviceType: 'proxy',
    defaultPort: 3000,
    told: { add: PORT_FLAG, options: ['--port'] },
  },
];
