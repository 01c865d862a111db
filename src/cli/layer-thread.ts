// Run by a thread of its own for each layer that is read beside another.
import { serveLayers } from '../filetree/index.ts';
import { dependencyCapture } from './dependency-capture.ts';
import { inventoryCapture } from './inventory-capture.ts';
import { linkageCapture } from './linkage-capture.ts';

serveLayers([inventoryCapture, dependencyCapture, linkageCapture]);
