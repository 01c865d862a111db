FROM python:3.12-slim
ARG GIT_TOKEN
RUN <<EOF
#!/usr/bin/env python3
import os; print(os.environ["GIT_TOKEN"])
EOF

# left alone: line 2: GIT_TOKEN: line 3 is not read here (a heredoc, or no shell)
