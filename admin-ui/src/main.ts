import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { passBrowserClicks } from './lib/features/frame/browser-clicks.ts';

passBrowserClicks();
const target = document.getElementById('app');
if (target !== null) mount(App, { target });
