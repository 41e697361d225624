// The public names of huey-ts/testing, one by one.
export { storageContract, type ContractCase, type ContractSetup } from './contract.js';
