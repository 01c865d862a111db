import cvxpy as cp
import numpy as np
x = cp.Variable(2)
for solver in (cp.CLARABEL, cp.OSQP, cp.SCS):
    print(solver, round(float(cp.Problem(cp.Minimize(cp.sum_squares(x - np.array([1, 2]))), [x <= 1]).solve(solver=solver)), 1))
