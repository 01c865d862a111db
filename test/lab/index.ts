export { exampleData, exampleFolder, labDown, labEngine, labStatus, labUp } from './lab.ts';
export { isOnline } from './online.ts';
