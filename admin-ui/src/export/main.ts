import { mount } from 'svelte';
import '../app.css';
import PlayFile from './PlayFile.svelte';

const target = document.getElementById('app');
if (target !== null) mount(PlayFile, { target });
