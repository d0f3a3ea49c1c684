"""What the local stack needs and fetches. Read by the check before every start too, so its syntax is one that old Pythons know."""

PYTHON = (3, 11)
NODE = 20
JAVA = 17
# Names of the folders that fetched parts have.
MONGOD = "mongod-6.0.5"
KAFKA = "kafka-4.3.0-1"
JAVA_RUNTIME = "java-25"
