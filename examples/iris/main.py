"""Tells three kinds of iris apart by the size of their leaves, over KServe's V1 protocol.

The model is $MODEL_PATH/model.onnx. It names its own classes and measurements, see train.py.
"""

import json
import logging
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import numpy
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

# Newer versions of onnxruntime report to their maker unless this is set before they are loaded.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
import onnxruntime  # noqa: E402

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
log = logging.getLogger("iris")

MAX_INSTANCES = 1024
MAX_SHOWN_PROBLEMS = 10

# In centimetres. The names and their order are those of the model.
Measurement = Annotated[float, Field(strict=True, ge=0, le=100, allow_inf_nan=False)]
Instance = Annotated[list[Measurement], Field(min_length=4, max_length=4)]


class PredictRequest(BaseModel):
    instances: Annotated[list[Instance], Field(min_length=1, max_length=MAX_INSTANCES)]


class PredictResponse(BaseModel):
    predictions: list[str]
    # Of every class, one row for each instance.
    probabilities: list[dict[str, float]]


class Model:
    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise RuntimeError(f"{path} is missing: MODEL_PATH must name the folder of model.onnx")
        options = onnxruntime.SessionOptions()
        # The model is tiny: threads of its own would only get in the way of other requests.
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name
        self._classes: list[str] = json.loads(self._session.get_modelmeta().custom_metadata_map["classes"])

    def predict(self, instances: list[list[float]]) -> PredictResponse:
        rows = numpy.asarray(instances, dtype=numpy.float32)
        (probabilities,) = self._session.run(None, {self._input: rows})
        return PredictResponse(
            predictions=[self._classes[best] for best in probabilities.argmax(axis=1)],
            probabilities=[dict(zip(self._classes, row)) for row in probabilities.tolist()],
        )


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    path = Path(os.environ.get("MODEL_PATH", "/models")) / "model.onnx"
    model = Model(path)
    model.predict([[5.0, 3.0, 4.0, 1.0]])  # the first prediction is slow, and proves that the model fits
    app.state.model = model
    log.info("loaded %s", path)
    yield


app = FastAPI(title="iris", lifespan=lifespan, docs_url=None, redoc_url=None)


@app.exception_handler(RequestValidationError)
async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
    """Says what is wrong and where, without repeating what was sent."""
    problems = [f"{place_of(problem)}: {problem['msg']}" for problem in error.errors()[:MAX_SHOWN_PROBLEMS]]
    return JSONResponse({"error": "; ".join(problems)}, status_code=422)


def place_of(problem: dict[str, Any]) -> str:
    """For example `instances.0.3`; of text that is no JSON, the number of the character."""
    where = [str(part) for part in problem["loc"][1:]]
    if problem["type"] == "json_invalid":
        return f"character {where[0]}"
    return ".".join(where) or "body"


@app.get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "alive"}


@app.get("/readyz")
async def readyz(response: Response) -> dict[str, str]:
    if getattr(app.state, "model", None) is None:
        response.status_code = 503
        return {"status": "no model is loaded"}
    return {"status": "ready"}


@app.post("/v1/models/iris:predict")
def predict(request: PredictRequest) -> PredictResponse:
    begin = time.perf_counter()
    answer = app.state.model.predict(request.instances)
    log.info("predicted %d instances in %.1f ms", len(request.instances), (time.perf_counter() - begin) * 1000)
    return answer
