"""Numbers of threads."""

from threadpoolctl import threadpool_limits

# A decorator. The last bits of matrix products depend on the number of threads of the linear algebra.
one_blas_thread = threadpool_limits.wrap(limits=1, user_api="blas")
