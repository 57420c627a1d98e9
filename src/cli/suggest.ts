export { didYouMean } from '../app/definition/suggest.js';
