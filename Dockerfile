# Receptive on the CPU. Serves port 8000 to whoever has the link that `docker logs` shows.
#
#   docker build --build-arg TORCH_INDEX=URL -t receptive .
#   docker run -p 8000:8000 -v receptive:/data receptive
#
# URL is the package index that PyTorch's installation page names for "CPU". Without it, x86-64 gets the build with
# CUDA, which is 2.7 GB larger and runs on the CPU all the same.

FROM python:3.13-slim AS build
ARG TORCH_INDEX=""
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/receptive
ENV PATH=/opt/receptive/bin:$PATH
WORKDIR /src
COPY constraints.txt ./
RUN pip install --no-deps ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} --constraint constraints.txt torch
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY models models
COPY templates templates
COPY static static
COPY app app
RUN pip install --constraint constraints.txt .

FROM python:3.13-slim
RUN useradd --create-home receptive && mkdir /data && chown receptive /data
COPY --from=build /opt/receptive /opt/receptive
ENV PATH=/opt/receptive/bin:$PATH
ENV RECEPTIVE_HOST=0.0.0.0 RECEPTIVE_PORT=8000 RECEPTIVE_NO_BROWSER=1 RECEPTIVE_DATA_DIR=/data
USER receptive
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --start-period=60s --timeout=5s CMD ["python", "-c", "import os, urllib.request as web; web.urlopen(f\"http://127.0.0.1:{os.environ['RECEPTIVE_PORT']}/healthz\", timeout=4)"]
ENTRYPOINT ["receptive", "serve"]
