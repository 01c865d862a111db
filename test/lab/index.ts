export {
  exampleData,
  exampleFolder,
  type Lab,
  type LabOptions,
  labDown,
  labEngine,
  labStatus,
  labUp,
} from './lab.ts';
export { isOnline } from './online.ts';
