from harmonic._sum import harmonic as harmonic
