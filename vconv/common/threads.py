"""Numbers of threads."""

from threadpoolctl import threadpool_limits

# A decorator. The last bits of matrix products depend on the number of threads of the linear algebra.
one_blas_thread = threadpool_limits.wrap(limits=1, user_api="blas")

# The same for whole tasks: the sums of OpenMP, in scikit-learn's k-means for example, depend on its threads, too.
one_thread = threadpool_limits.wrap(limits=1)
