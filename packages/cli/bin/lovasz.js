#!/usr/bin/env node
// A file of its own, there before the build, so that npm links the command when it installs a clone.
import '../dist/bin.js';
