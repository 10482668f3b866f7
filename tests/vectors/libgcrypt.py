"""CBC of libgcrypt (Debian's libgcrypt20, which apt itself needs), for the ciphers that the openssl command
has only with its legacy provider or not at all, and for those that vectors shall not take from libcrypto.
"""
import ctypes

# gcrypt.h: enum gcry_cipher_algos, GCRY_CIPHER_MODE_CBC, GCRYCTL_DISABLE_SECMEM
ALGORITHMS = {"idea": 1, "rc2": 308, "seed": 309, "camellia-128": 310, "camellia-256": 312}
CBC = 3

_library = ctypes.CDLL("libgcrypt.so.20")
_library.gcry_check_version.restype = ctypes.c_char_p
VERSION = _library.gcry_check_version(None).decode()


def _check(error, step):
    if error:
        raise RuntimeError(f"libgcrypt: {step}: error {error & 0xFFFF}")


def encrypt(cipher, key, iv, data):
    """RC2 is with 128 effective key bits. data is whole blocks."""
    handle = ctypes.c_void_p()
    _check(_library.gcry_cipher_open(ctypes.byref(handle), ALGORITHMS[cipher], CBC, 0), "open")
    try:
        _check(_library.gcry_cipher_setkey(handle, key, ctypes.c_size_t(len(key))), "key")
        _check(_library.gcry_cipher_setiv(handle, iv, ctypes.c_size_t(len(iv))), "IV")
        out = ctypes.create_string_buffer(len(data))
        _check(_library.gcry_cipher_encrypt(handle, out, ctypes.c_size_t(len(data)), data,
                                            ctypes.c_size_t(len(data))), "encrypt")
        return out.raw
    finally:
        _library.gcry_cipher_close(handle)
