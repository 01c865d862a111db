from spectrum._fft import power

__all__ = ["power"]
