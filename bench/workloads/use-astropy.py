from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.table import Table
from astropy.time import Time
import numpy as np
print((3 * u.km).to(u.m), round(SkyCoord(10 * u.deg, 20 * u.deg).galactic.l.deg, 2), Time("2020-01-01").jd)
fits.PrimaryHDU(np.ones((2, 2))).writeto("/tmp/a.fits", overwrite=True)
print(fits.getdata("/tmp/a.fits").sum(), len(Table({"a": [1, 2]})))
