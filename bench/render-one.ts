// Our side of the rendering benchmark, as a program of its own: the folder's objects with the overlay on them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Overlay, overlayText } from '../src/packages/overlay.js';

const folder = process.argv[2] ?? '.';
const overlay = JSON.parse(readFileSync(join(folder, 'overlay.json'), 'utf8')) as Overlay;
process.stdout.write(overlayText(readFileSync(join(folder, 'objects.yaml'), 'utf8'), overlay).text);
