/** Reads a package's client configurations. */
import type { GoPackage } from '../go/package';
import type { Module } from '../modules/types';
import type { Clients } from './types';

export function clientsOf(_pkg: GoPackage, _module: Module): Clients {
  return { configs: [], setUps: () => [] };
}
