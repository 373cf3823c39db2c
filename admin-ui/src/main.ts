import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { pagePath } from './lib/api/base.ts';
import { beginFirstLook } from './lib/api/first-look.ts';
import { passBrowserClicks } from './lib/features/frame/browser-clicks.ts';

beginFirstLook(pagePath());
passBrowserClicks();
const target = document.getElementById('app');
if (target !== null) mount(App, { target });
